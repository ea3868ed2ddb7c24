import * as z from 'zod/mini';

/**
 * A schema for each field of the type, optional if the field is. The compiler refuses a field that only one
 * of the two has.
 */
export type FieldsOf<Type> = {
  readonly [Name in keyof Required<Type>]: undefined extends Type[Name]
    ? z.ZodMiniOptional<z.ZodMiniType<NonNullable<Type[Name]>>>
    : z.ZodMiniType<Type[Name]>;
};

export const instant = z.string().check(z.meta({ format: 'date-time' }));

export const count = z.number().check(z.meta({ type: 'integer', minimum: 0 }));
