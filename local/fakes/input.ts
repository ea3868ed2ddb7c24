import { isObject, type Json, type JsonObject } from '../stack/template.ts';

/**
 * The input that a rule sends to its target: the event, a part of it, a constant, or a text made of parts.
 */
export interface TargetInput {
  readonly Input?: Json;
  readonly InputPath?: Json;
  readonly InputTransformer?: Json;
}

export interface RuleIdentity {
  readonly name: string;
  readonly arn: string;
}

/** @returns the text that is sent */
export function targetPayload(input: TargetInput, event: JsonObject, rule: RuleIdentity): string {
  if (typeof input.Input === 'string') return input.Input;
  if (typeof input.InputPath === 'string') return JSON.stringify(valueAt(event, input.InputPath) ?? null);
  if (isObject(input.InputTransformer)) return transformed(input.InputTransformer, event, rule);
  return JSON.stringify(event);
}

function transformed(transformer: JsonObject, event: JsonObject, rule: RuleIdentity): string {
  const paths = isObject(transformer.InputPathsMap) ? transformer.InputPathsMap : {};
  const values = new Map<string, Json>(
    Object.entries(paths).map(([name, path]) => [name, valueAt(event, String(path)) ?? null]),
  );
  values.set('aws.events.rule-arn', rule.arn);
  values.set('aws.events.rule-name', rule.name);
  values.set('aws.events.event.ingestion-time', event.time ?? null);
  values.set('aws.events.event.json', event);
  values.set('aws.events.event', event);
  // inside quotation marks a value is plain text, outside it is JSON
  return String(transformer.InputTemplate ?? '').replace(
    /"(?:[^"\\]|\\.)*"|<([\w.-]+)>/g,
    (match, name: string | undefined) => {
      if (name !== undefined) return JSON.stringify(values.get(name) ?? null);
      return match.replace(/<([\w.-]+)>/g, (_whole, inner: string) => asText(values.get(inner)));
    },
  );
}

function asText(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return JSON.stringify(text).slice(1, -1);
}

/** Reads the value at a path such as `$.detail.rooms[0].name`. */
function valueAt(event: Json, path: string): Json | undefined {
  const steps = path.match(/[^.[\]'"$]+/g) ?? [];
  return steps.reduce<Json | undefined>((value, step) => {
    if (Array.isArray(value)) return (value as readonly Json[])[Number(step)];
    return isObject(value) ? value[step] : undefined;
  }, event);
}
