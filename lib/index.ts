/** The construct, everything that a team needs to put it into its own stack, and the types of the events. */

export type { ErrorCode } from '../functions/rooms/model/error-codes.ts';
export type {
  BusEvent,
  EventDetails,
  EventRoom,
  EventSource,
  EvergreenRoomsEvent,
  LinkEventDetail,
  LinkNotWritten,
  ReconciliationCounts,
  ReconciliationEventDetail,
  ReconciliationMode,
  RequestEventDetail,
  RequestFailed,
  RequestRefused,
  RoomCancelled,
  RoomCreated,
  RoomEnded,
  RoomEvent,
  RoomEventDetail,
  RoomHeld,
  RoomRejected,
  RoomReleased,
  RoomRelinked,
  RoomRotated,
  RoomState,
  RoomsReconciled,
  RoomUpdated,
} from '../functions/rooms/model/events.ts';

export type { ByFunction, CoreFunctionName, FunctionName } from './compute/function-name.ts';
export { EvergreenRooms } from './evergreen-rooms.ts';
export { addOutputs } from './outputs.ts';
export type {
  ApiKeyApplication,
  Application,
  MeetingsApiApplication,
  ZoomApplication,
} from './parts/applications.ts';
export type {
  CalendarConnection,
  CalendarFeed,
  CalendarOptions,
  EvergreenRoomsProps,
  LinksDomain,
  LinksOptions,
  ReconciliationOptions,
  RotationOptions,
} from './settings/props.ts';
