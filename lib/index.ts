/** The construct and all that a team needs to put it into a stack of its own. */
export type { Application } from './applications.ts';
export type { LogLevel } from './deployment.ts';
export { EvergreenRooms, type EvergreenRoomsProps } from './evergreen-rooms.ts';
export { EvergreenRoomsStack } from './evergreen-rooms-stack.ts';
export type { ReconciliationOptions } from './reconciliation.ts';
export type { RotationOptions } from './rotation.ts';
