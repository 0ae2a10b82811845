import type { Field, Fields, RecordField } from './field.ts'

/** What a value of this field looks like once parsed and with defaults in place, without null. */
type Present<F extends Field> = [Field] extends [F]
  ? unknown
  : F extends { readonly type: 'string' | 'number' | 'integer' | 'boolean'; readonly one_of: readonly (infer O)[] }
    ? O
    : F extends { readonly type: 'string' }
      ? string
      : F extends { readonly type: 'number' | 'integer' }
        ? number
        : F extends { readonly type: 'boolean' }
          ? boolean
          : F extends { readonly type: 'array' | 'set'; readonly elements: infer E extends Field }
            ? readonly Present<E>[]
            : F extends { readonly type: 'map'; readonly values: infer V extends Field }
              ? { readonly [key: string]: Present<V> }
              : F extends { readonly type: 'foreign' }
                ? { readonly id: string }
                : F extends { readonly abstract: true }
                  ? { readonly [key: string]: unknown }
                  : F extends { readonly type: 'record'; readonly fields: infer S extends Fields }
                    ? InferFields<S>
                    : unknown

/** A field that is required, filled by the gateway or has a default is never null for its readers. */
type Null<F extends Field> = F extends
  { readonly required: true } | { readonly auto: true } | { readonly abstract: true }
  ? never
  : F extends { readonly default: infer D }
    ? D extends null
      ? null
      : never
    : null

/** The type of a field's values as readers see them (see `withDefaults` for rows where null was stored over a default). */
export type Infer<F extends Field> = Present<F> | Null<F>

export type InferFields<S extends Fields> = { readonly [K in keyof S]: Infer<S[K]> }

/** The type of a record's values, e.g. a plugin's configuration. */
export type InferRecord<R extends RecordField> = InferFields<R['fields']>
