import { Duration, Names } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { EventSource, EvergreenRoomsEvent } from '../../functions/rooms/model/events.ts';
import { hasFeature } from '../settings/regions.ts';

/** The source of this project's own events, which are never requests. */
export const OWN_SOURCE: EventSource = 'evergreen-rooms';

/** The announcements on the bus. */
export type Announcement = EvergreenRoomsEvent['detail-type'];

/** The bus for requests and announcements. It is created unless you pass one. */
export function eventBus(scope: Construct, brought?: IEventBus): IEventBus {
  if (brought) return brought;
  const bus = new EventBus(scope, 'Bus', {
    // the library's default name does not contain the stack's name, and could be equal in two stacks of one
    // account
    eventBusName: Names.uniqueResourceName(scope, { maxLength: 256, separator: '-' }),
    description: 'Requests for rooms, and news of rooms',
  });
  const kept = 'the events are not archived; bring a bus along that has what you need (eventBus)';
  if (!hasFeature(scope, 'archives', kept)) return bus;
  bus.archive('Archive', {
    description: 'The announcements, for listeners that missed some',
    eventPattern: { source: [OWN_SOURCE] },
    retention: Duration.days(90),
  });
  return bus;
}
