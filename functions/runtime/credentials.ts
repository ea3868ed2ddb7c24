import { type FromEnvInit, fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Replaces the SDK's chain of credential providers in the bundles. Lambda sets a function's credentials in
 * its environment, so the rest of the chain (shared files, SSO, web identity, instance and container
 * metadata) would be loaded without use. The credentials do not change while the container lives, so they are
 * read once.
 */
export function defaultProvider(init?: FromEnvInit): ReturnType<typeof fromEnv> {
  const read = fromEnv(init);
  let credentials: ReturnType<typeof read> | undefined;
  return () => {
    credentials ??= read();
    return credentials;
  };
}
