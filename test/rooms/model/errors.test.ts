import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../../functions/rooms/model/error-codes.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  ChangeGivenUpError,
  ClaimLostError,
  NotAnnouncedError,
  OutOfTimeError,
  PoolFullError,
  ProviderContractError,
  ProviderRefusedError,
  RequestRefusedError,
  RoomAwaitedError,
  RoomChangedError,
  RoomGoneError,
  toError,
  UnauthorizedError,
  UnknownApplicationError,
  UnknownRoomError,
  UnreachableError,
} from '../../../functions/rooms/model/errors.ts';

it.each([
  ['ambiguous_outcome', AmbiguousOutcomeError],
  ['application_full', ApplicationFullError],
  ['change_given_up', ChangeGivenUpError],
  ['claim_lost', ClaimLostError],
  ['not_announced', NotAnnouncedError],
  ['out_of_time', OutOfTimeError],
  ['pool_full', PoolFullError],
  ['provider_contract', ProviderContractError],
  ['provider_refused', ProviderRefusedError],
  ['request_refused', RequestRefusedError],
  ['room_awaited', RoomAwaitedError],
  ['room_changed', RoomChangedError],
  ['room_gone', RoomGoneError],
  ['unauthorized', UnauthorizedError],
  ['unknown_application', UnknownApplicationError],
  ['unknown_room', UnknownRoomError],
  ['unreachable', UnreachableError],
])('the code %s, by which alarms and queries find an error, stays as it is', (code, Kind) => {
  expect(new Kind('why').code).toBe(code);
  expect(ERROR_CODES).toContain(code);
});

it('what was thrown is an error, and its own text where it was none', () => {
  const error = new RoomGoneError('gone');
  expect(toError(error)).toBe(error);
  expect(toError('text')).toEqual(new Error('text'));
});
