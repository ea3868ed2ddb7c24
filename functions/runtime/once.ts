/**
 * Runs at the first call and answers the same ever after: a client is made once in a container, when it is needed.
 * Where several functions import a file, `@__PURE__` before the call lets a bundle leave out what its function never
 * asks for: esbuild reads a mark on this function in no other file than this one.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
