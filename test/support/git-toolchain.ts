/** A toolchain.yml with which a set-up touches no tool of the machine. */
export const gitToolchain = `machine: {memoryGb: 1, diskGb: 1, macos: '12'}
tools:
  - id: git
    title: Git
    profiles: [backend, mobile, full]
    detect: {programs: [git], arguments: [--version], pattern: 'git version (\\d+(?:\\.\\d+)*)'}
`
