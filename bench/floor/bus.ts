import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const bus = new EventBridgeClient({});

export async function announce(DetailType: string, detail: object): Promise<void> {
  const EventBusName = process.env.EVENT_BUS;
  const entry = { EventBusName, Source: 'evergreen-rooms', DetailType, Detail: JSON.stringify(detail) };
  await bus.send(new PutEventsCommand({ Entries: [entry] }));
}
