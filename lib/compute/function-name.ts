/** The functions that every deployment has, by the names of their bundles. */
export type CoreFunctionName = 'create-rooms' | 'plan-rotation' | 'rotate-rooms' | 'reconcile-rooms';

/** The functions there are. */
export type FunctionName = CoreFunctionName | 'read-calendars' | 'write-calendars';

/** One of each function; of those that a deployment may do without, perhaps none. */
export type ByFunction<T> = Readonly<Record<CoreFunctionName, T> & Partial<Record<FunctionName, T>>>;
