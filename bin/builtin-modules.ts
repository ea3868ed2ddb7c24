import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/** Accessors of `node:http` that load Node's whole implementation of `fetch` when they are read. */
const COSTLY: Readonly<Record<string, readonly string[]>> = {
  http: ['WebSocket', 'CloseEvent', 'MessageEvent'],
};

/**
 * Loads Node's own modules with `process.getBuiltinModule` instead of `import`. An import of `node:http`
 * reads every export once, and some of them are accessors that load 50 further modules: a quarter of the time
 * that a function takes to load. See docs/decisions/0016-a-bundle-loads-what-its-first-message-needs.md.
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

/** Unused exports are left out of the bundle, so they are never read. */
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
