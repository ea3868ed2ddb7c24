/** A calendar at its address, with the names and URLs of its members. */
export interface CalendarAddress {
  readonly url: URL;
  /** @param name as `nameOf` returns it */
  memberUrl(name: string): URL;
  /**
   * Returns the name of the member in an answer; undefined for the calendar itself, and for any other path.
   */
  nameOf(href: string): string | undefined;
}

/**
 * @param base the URL of the connection
 * @param calendar a path below it
 */
export function calendarAddress(base: string, calendar: string): CalendarAddress {
  const url = new URL(base);
  const segments = [...url.pathname.split('/'), ...calendar.split('/')].filter((segment) => segment !== '');
  url.pathname = `/${segments.map(normalized).join('/')}/`;
  return {
    url,
    memberUrl(name) {
      const member = new URL(url);
      member.pathname += name;
      return member;
    },
    nameOf(href) {
      const member = URL.parse(href, url.href);
      // an answer must not send the credential to another server
      if (member?.origin !== url.origin) return undefined;
      const path = member.pathname.split('/').map(normalized).join('/');
      const name = path.startsWith(url.pathname) ? path.slice(url.pathname.length) : '';
      return name === '' || name.includes('/') ? undefined : name;
    },
  };
}

/** Servers escape different parts of a path with the same meaning. */
function normalized(segment: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(segment)).replace(
      /%(?:40|3A|24|26|2B|2C|3D)/g,
      decodeURIComponent,
    );
  } catch {
    return segment;
  }
}
