import type { Variables } from '../shell/config.ts';
import { PROVIDERS, type ProviderName } from './upstreams.ts';

/** Never by a proxy of the environment: it could not reach us. */
const LOOPBACK = ['127.0.0.1', 'localhost'];

export interface ProxyEnvironmentInput {
  urls: ReadonlyMap<ProviderName, string>;
  variables: Variables;
}

/** The variables by which a program finds the proxy in place of its LLMs. */
export function toProxyVariables({ urls, variables }: ProxyEnvironmentInput): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [provider, url] of urls) {
    for (const name of PROVIDERS[provider].variables) set[name] = likeBefore(url, variables[name]);
  }
  const isProxied = Object.keys(variables).some((name) => /^(?:https?|all)_proxy$/i.test(name));
  if (isProxied) {
    // Some read one, some the other.
    for (const name of ['NO_PROXY', 'no_proxy'])
      set[name] = withLoopback(variables[name] ?? variables['NO_PROXY']);
  }
  return set;
}

/** A host without a scheme stays one: the program may put its own in front. */
function likeBefore(url: string, before: string | undefined): string {
  return before?.trim() && !before.includes('://') ? url.replace(/^http:\/\//, '') : url;
}

function withLoopback(list: string | undefined): string {
  const hosts = (list ?? '').split(',').map((host) => host.trim());
  return [...new Set([...hosts.filter((host) => host !== ''), ...LOOPBACK])].join(',');
}
