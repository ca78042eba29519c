/**
 * Who can mend an error:
 * - `input`: whoever called (a bad file, flag, shape, name);
 * - `unsupported`: the model, runtime or method cannot do this, and says so beforehand;
 * - `cancelled`: the caller's own signal;
 * - `internal`: a fault of ours.
 */
export type ErrorKind = "input" | "unsupported" | "cancelled" | "internal";

/** What a catalogue entry says: one sentence that names the offending value, and the way out. */
export interface ErrorMessage {
  readonly message: string;
  readonly hint?: string;
  /** Default `input`. */
  readonly kind?: ErrorKind;
}

/** The one error class of Vitrine. `code` is stable and meant for programs, `message` and `hint` for people. */
export class VitrineError extends Error {
  override readonly name = "VitrineError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly fields: Readonly<Record<string, unknown>>;
  /** What to do about it, as one sentence. */
  readonly hint: string | undefined;

  constructor(code: string, fields: Readonly<Record<string, unknown>>, text: ErrorMessage, cause?: unknown) {
    super(text.message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = text.kind ?? "input";
    this.fields = fields;
    this.hint = text.hint;
  }
}

/** True for errors of Vitrine, also across duplicated copies of this package; with `code`, only for that one. */
export function isVitrineError(error: unknown, code?: string): error is VitrineError {
  return error instanceof Error && error.name === "VitrineError" && (code === undefined || (error as VitrineError).code === code);
}

// The field type is checked per code by `ErrorFactory`; here any function of fields will do.
type Catalogue = Readonly<Record<string, (fields: never) => ErrorMessage>>;
type FieldsOf<F> = F extends (fields: infer A) => ErrorMessage ? A : never;

export type ErrorFactory<C extends Catalogue> = <K extends keyof C & string>(
  code: K,
  fields: FieldsOf<C[K]>,
  cause?: unknown,
) => VitrineError;

/**
 * Declares the errors of one package in one place; each package has one `errors.ts` which calls this.
 *
 * @example
 * const fail = defineErrors({ "window-zero": (f: { axis: number }) => ({ message: `…`, hint: `…` }) });
 * throw fail("window-zero", { axis: 1 });
 */
export function defineErrors<C extends Catalogue>(catalogue: C): ErrorFactory<C> {
  return (code, fields, cause) => {
    const describe = catalogue[code] as (fields: unknown) => ErrorMessage;
    return new VitrineError(code, fields as Readonly<Record<string, unknown>>, describe(fields), cause);
  };
}
