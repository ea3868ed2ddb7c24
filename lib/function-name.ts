/** The functions there are, by the names of their bundles. */
export type FunctionName = 'create-rooms' | 'plan-rotation' | 'rotate-rooms' | 'reconcile-rooms';
