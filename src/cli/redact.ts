// The last guard, not the first: passwords inside a URL that a vendor's message may quote.
const urlPassword = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(@)/gi

/** Takes passwords out of URLs in a text for people. */
export function redact(text: string): string {
  return text.replaceAll(urlPassword, '$1[redacted]$2')
}
