/**
 * Returns a function that runs `make` at its first call and returns the same result at every call. So a
 * container creates a client once, when it is needed. If several functions import a file, `@__PURE__` before
 * the call lets a bundle leave out what its function does not use: esbuild ignores such an annotation on a
 * function of another file.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
