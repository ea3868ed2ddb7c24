/** A calendar at its address: what its members are called, and where they are. */
export interface CalendarAddress {
  readonly url: URL;
  /** @param name as `nameOf` gives it */
  memberUrl(name: string): URL;
  /** The name of the member that an answer speaks of; undefined for the calendar itself, and for all elsewhere. */
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
      // a credential goes to no other server, whatever an answer says
      if (member?.origin !== url.origin) return undefined;
      const path = member.pathname.split('/').map(normalized).join('/');
      const name = path.startsWith(url.pathname) ? path.slice(url.pathname.length) : '';
      return name === '' || name.includes('/') ? undefined : name;
    },
  };
}

/** Servers escape more or less of a path, and mean the same. */
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
