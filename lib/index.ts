/** The construct and all that a team needs to put it into a stack of its own. */
export type { ApiKeyApplication, Application, MeetingsApiApplication } from './applications.ts';
export type { LogLevel } from './deployment.ts';
export { type ByFunction, EvergreenRooms } from './evergreen-rooms.ts';
export type { EvergreenRoomsProps } from './props.ts';
export type { ReconciliationOptions } from './reconciliation.ts';
export type { FunctionName } from './rooms-function.ts';
export type { RotationOptions } from './rotation.ts';
