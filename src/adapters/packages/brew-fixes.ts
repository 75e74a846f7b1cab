const fixes: readonly (readonly [RegExp, string])[] = [
  [/no space left|not enough (disk )?space/i, 'Free some disk space; brew cleanup helps.'],
  [/has already locked/i, 'Another brew is at work: wait until it is done, then run this again.'],
  [
    /could not resolve host|failed to download|operation timed out|connection re(fused|set)/i,
    'Is there a network, and is the proxy right? Then run this again.',
  ],
  [
    /SSL certificate|certificate verify failed/i,
    'A proxy with its own certificate? Its certificate belongs in the System keychain.',
  ],
  [
    /user interaction is not allowed|errSecInteractionNotAllowed|keychain/i,
    'The keychain is locked: security unlock-keychain, then run this again.',
  ],
  [
    /ARM processor in Intel default prefix/i,
    'This Homebrew is for Intel: install the one for Apple silicon, in /opt/homebrew.',
  ],
  [
    /no available formula|no cask with this name|is unavailable/i,
    'Is the name right? brew search finds names.',
  ],
  [/not writable|permission denied/i, 'Homebrew belongs to someone else: brew doctor says whose.'],
  [/xcode license/i, 'Accept it: sudo xcodebuild -license accept, then run this again.'],
  [
    /command line tools|no developer tools/i,
    'Install the Command Line Tools: xcode-select --install, then run this again.',
  ],
  [
    /a (password|terminal) is required/i,
    'It needs a password: run its command by hand in a terminal.',
  ],
]

/** What helps against what brew said. */
export function brewFixes(said: string): readonly string[] {
  const known = fixes.filter(([pattern]) => pattern.test(said)).map(([, fix]) => fix)
  return known.length > 0 ? known : ['Run this again once the cause is gone.']
}
