import type { Markup } from './block.ts';

export const PLAIN_TEXT: Markup = {
  lineBreak: '\n',
  breaksBefore: /(?:\r\n\r\n|\n\n|\r?\n)$/,
  escaped: (text) => text,
  anchor: (url) => url,
  end: (description) => description.length,
  isEmpty: (above) => above === '',
};

export const HTML: Markup = {
  lineBreak: '<br>',
  breaksBefore: /(?:<br\s*\/?>\s*){1,2}$/i,
  escaped,
  anchor: (url) => `<a href="${escaped(url)}">${escaped(url)}</a>`,
  end(description) {
    const body = description.toLowerCase().lastIndexOf('</body');
    return body === -1 ? description.length : body;
  },
  isEmpty: (above) => !/<(?:br|img|hr|table)\b/i.test(above) && visible(above) === '',
};

/** Google shows tags if there are some, and does not say whether a text is HTML. */
export function markupOf(description: string): Markup {
  return TAGS.test(description) ? HTML : PLAIN_TEXT;
}

const TAGS =
  /<\/?(?:a|b|blockquote|body|br|div|em|font|h[1-6]|hr|html|i|img|li|ol|p|pre|s|span|strong|table|u|ul)(?:\s[^<>]*)?\/?>|&(?:amp|lt|gt|nbsp|quot|#\d+);/i;

function visible(html: string): string {
  return html
    .replace(/<(head|style|script|title)\b[\s\S]*?<\/\1\s*>|<!--[\s\S]*?-->|<[^<>]*>/gi, '')
    .replace(/&nbsp;|&#160;/g, ' ')
    .trim();
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
