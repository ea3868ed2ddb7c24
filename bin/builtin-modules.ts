import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/** Accessors of `node:http` that load Node's whole implementation of `fetch` as soon as they are looked at. */
const COSTLY: Readonly<Record<string, readonly string[]>> = {
  http: ['WebSocket', 'CloseEvent', 'MessageEvent'],
};

/**
 * Takes Node's own modules by `process.getBuiltinModule` and not by `import`. An import of `node:http` reads every
 * export once, some of which are accessors that load 50 further modules: a quarter of the time that a function takes
 * to load. See docs/decisions/0016-a-bundle-loads-what-its-first-message-needs.md.
 */
export const builtinModules: Plugin = {
  name: 'builtin modules',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind }) => {
      // a CommonJS package's `require` has no such cost
      if (kind === 'require-call' || !isBuiltin(path)) return undefined;
      return { path: path.replace(/^node:/, ''), namespace: 'builtin', sideEffects: false };
    });
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: moduleOf(path) }));
  },
};

/** Exports that are not used are left out of the bundle, and so never looked at. */
function moduleOf(path: string): string {
  const names = Object.keys(process.getBuiltinModule(`node:${path}`) ?? {}).filter(
    (name) => name !== 'default' && !COSTLY[path]?.includes(name),
  );
  return [
    `const builtin = process.getBuiltinModule('node:${path}');`,
    'export default builtin;',
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`),
  ].join('\n');
}
