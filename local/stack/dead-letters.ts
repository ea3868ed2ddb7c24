import type { Queue } from '../engines/queue.ts';
import type { QueueEngine } from '../engines/queues.ts';
import type { ResolvedTemplate } from './resolve.ts';
import { onlyMattersInAws } from './resources/types.ts';
import { isObject, type Json } from './template.ts';

/** Returns the queues to which another queue, a rule or a schedule of the template sends its failures. */
export function deadLetterQueues(template: ResolvedTemplate, queues: QueueEngine): Queue[] {
  const run = template.resources.filter(({ type }) => !onlyMattersInAws(type));
  const arns = new Set(run.flatMap(({ properties }) => deadLetterArns(properties)));
  return [...arns].flatMap((arn) => queues.byArn(arn) ?? []);
}

function deadLetterArns(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(deadLetterArns);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'deadLetterTargetArn') return [String(inner)];
    if (name === 'DeadLetterConfig' && isObject(inner)) return [String(inner.Arn ?? inner.TargetArn)];
    return deadLetterArns(inner);
  });
}
