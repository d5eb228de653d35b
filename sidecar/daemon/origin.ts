/**
 * Who may talk to the daemon's port. Any loopback name passes, with any port, since editors and ssh forward ports; names
 * that point here from outside (DNS rebinding) and pages of other sites do not.
 *
 * API: isLoopbackHost(hostHeader), isAllowedOrigin(originHeader).
 */

function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}

/** For the Host header of every request. */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/.exec(host)?.[1];
  return name !== undefined && isLoopbackName(name.toLowerCase());
}

/**
 * For the Origin header of an upgrade. Programs send none; our page sends its own loopback address. A webview never opens
 * a socket, so its origin has no business here either.
 */
export function isAllowedOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  return /^https?:\/\//.test(origin) && isLoopbackHost(origin.replace(/^https?:\/\//, ''));
}
