/** The functions that every deployment has, by the names of their bundles. */
export type CoreFunctionName = 'create-rooms' | 'plan-rotation' | 'rotate-rooms' | 'reconcile-rooms';

/** The names of all functions. */
export type FunctionName = CoreFunctionName | 'read-calendars' | 'write-calendars';

/** One value for each function; absent for an optional function that the deployment does not have. */
export type ByFunction<T> = Readonly<Record<CoreFunctionName, T> & Partial<Record<FunctionName, T>>>;
