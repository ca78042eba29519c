/** Bad usage: shown as it is, without a stack trace. */
export class CreateError extends Error {
  override readonly name = "CreateError";
}
