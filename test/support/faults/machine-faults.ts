import {execFileSync} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type Socket} from 'node:net'
import {join} from 'node:path'
import type {Fault} from './fault.js'
import type {SickWorkspace} from '../sick-workspace.js'

// Of a test, out of date since 2021; there is no key.
const expiredCertificate = `-----BEGIN CERTIFICATE-----
MIIBFjCBvgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1wcm94eS5leGFtcGxl
MB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowGDEWMBQGA1UEAwwNcHJv
eHkuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNTTWpI3fXxak2Oy
VBZv2RmuUjMKqpS6vOyQpS+RuNiKABXJBSXkBwO3FaROYvegpoFeZbUUIszx9DRy
vRe5DOYwCgYIKoZIzj0EAwIDRwAwRAIgZwR2+2OG53mlIWPfhmQE1EGf25pznUdx
NugnAtCeiNACIGna1DEngcbOY/A+h9hG2IpNSgsj5fQGYmHq+x1mdaVT
-----END CERTIFICATE-----
`

const nowhere = '/nowhere/at-all'

function variables(what: string, names: string, env: Readonly<Record<string, string>>): Fault {
  return {what, names, inject: () => ({env})}
}

function inShell(what: string, names: string, shell: string): Fault {
  return {what, names, inject: () => ({shell: `${shell}\nexec "$@"`})}
}

/** Another /etc/hosts, and a name server that does not answer. */
function withHosts(what: string, text: string): Fault {
  return {
    what,
    names: 'dns.localhost',
    needs: 'mount',
    inject(place) {
      const hosts = writeScratch(place, 'hosts', text)
      const resolver = writeScratch(place, 'resolv.conf', 'nameserver 127.0.0.1\n')
      const mounts = `mount --bind '${hosts}' /etc/hosts && mount --bind '${resolver}' /etc/resolv.conf`
      return {shell: `exec unshare --mount sh -c "${mounts} && exec \\"\\$@\\"" sh "$@"`}
    },
  }
}

/** A socket with somebody who listens and never answers. */
async function silentSocket(place: SickWorkspace) {
  const path = join(place.scratch, 'docker.sock')
  const open: Socket[] = []
  const server = createServer((socket) => open.push(socket)).listen(path)
  await once(server, 'listening')
  return {
    path,
    undo: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

function writeScratch({scratch}: SickWorkspace, name: string, text: string, mode = 0o644): string {
  const path = join(scratch, name)
  writeFileSync(path, text, {mode})
  return path
}

/** A program of an old version in a folder of its own, first on PATH. */
function oldProgram(name: string, says: string, check: string): Fault {
  return {
    what: `an old ${name} first on PATH`,
    names: check,
    inject(place) {
      const folder = join(place.scratch, `old-${name}`)
      mkdirSync(folder, {recursive: true})
      writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`, {mode: 0o755})
      return {env: {PATH: `${folder}:${process.env['PATH'] ?? ''}`}}
    },
  }
}

/** A folder on a tmpfs of its own. */
function mounted(place: SickWorkspace, name: string, options: string) {
  const folder = join(place.scratch, name)
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  return {folder, undo: () => void execFileSync('umount', [folder])}
}

export const certificateFaults: readonly Fault[] = [
  {
    what: 'NODE_OPTIONS loads code of others',
    names: 'node.options',
    inject: (place) => ({
      env: {NODE_OPTIONS: `--require ${writeScratch(place, 'hook.cjs', '')}`},
    }),
  },
  variables('certificates are not checked', 'node.tls', {NODE_TLS_REJECT_UNAUTHORIZED: '0'}),
  variables('no file of extra certificates', 'node.extra-ca', {NODE_EXTRA_CA_CERTS: nowhere}),
  {
    what: 'the certificate of the proxy ran out',
    names: 'certificates.valid',
    inject: (place) => ({
      env: {NODE_EXTRA_CA_CERTS: writeScratch(place, 'old.pem', expiredCertificate)},
    }),
  },
  {
    what: 'a file of certificates without one',
    names: 'certificates.valid',
    inject: (place) => ({env: {NODE_EXTRA_CA_CERTS: writeScratch(place, 'no.pem', 'hello\n')}}),
  },
  variables('SSL_CERT_FILE names nothing', 'certificates.files', {SSL_CERT_FILE: nowhere}),
  variables('pip is told of no certificates', 'certificates.files', {REQUESTS_CA_BUNDLE: nowhere}),
  variables('curl is told of no certificates', 'certificates.files', {CURL_CA_BUNDLE: nowhere}),
  variables('the AWS CLI is told of no certificates', 'certificates.files', {
    AWS_CA_BUNDLE: nowhere,
  }),
]

export const machineFaults: readonly Fault[] = [
  inShell('a umask that closes files to their owner', 'machine.umask', 'umask 0777'),
  inShell('few open files', 'machine.open-files', 'ulimit -n 200'),
  variables('no home folder', 'machine.home', {HOME: nowhere}),
  variables('a locale without UTF-8', 'machine.locale', {LC_ALL: 'en_IN.ISO8859-1'}),
  variables('a home folder that is a file', 'machine.home', {HOME: '/etc/passwd'}),
  withHosts('localhost has no address', '\n'),
  withHosts('localhost is another machine', '10.0.0.7 localhost\n'),
  variables('a proxy that is no address', 'proxy.settings', {HTTPS_PROXY: 'http://'}),
  variables('a proxy that takes loopback', 'proxy.settings', {HTTP_PROXY: 'http://127.0.0.1:9'}),
  variables('TMPDIR is not there', 'temp.folder', {TMPDIR: nowhere}),
  {
    what: 'a temporary folder that runs no programs',
    names: 'temp.programs',
    needs: 'mount',
    inject(place) {
      const {folder, undo} = mounted(place, 'noexec', 'size=1m,noexec,nr_inodes=100k')
      return {env: {TMPDIR: folder}, undo}
    },
  },
  {
    what: 'no inodes left',
    names: 'disk.inodes',
    needs: 'mount',
    inject(place) {
      const {folder, undo} = mounted(place, 'inodes', 'size=1m,nr_inodes=50')
      return {env: {TMPDIR: folder}, undo}
    },
  },
  {
    what: 'a full disk for the programs',
    names: 'disk.space',
    needs: 'mount',
    inject(place) {
      const {folder, undo} = mounted(place, 'full', 'size=2m,nr_inodes=100k')
      return {env: {MITRA_CACHE_DIR: folder}, undo}
    },
  },
  {
    what: 'the programs of the services are gone',
    names: 'engine.parts',
    inject(place) {
      const folder = join(place.scratch, 'empty-cache')
      mkdirSync(folder)
      rmSync(join(place.state, 'runtimes.json'))
      return {env: {MITRA_CACHE_DIR: folder}}
    },
  },
]

export const shellFaults: readonly Fault[] = [
  variables('the current folder on PATH', 'path.entries', {PATH: `.:${process.env['PATH'] ?? ''}`}),
  {
    what: 'a folder that is open to all on PATH',
    names: 'path.entries',
    inject(place) {
      const folder = join(place.scratch, 'open')
      mkdirSync(folder)
      chmodSync(folder, 0o777)
      return {env: {PATH: `${process.env['PATH'] ?? ''}:${folder}`}}
    },
  },
  oldProgram('python3', 'Python 3.6.9', 'tools.python'),
  oldProgram('node', 'v12.22.0', 'tools.node'),
  variables('a profile of AWS that is not there', 'aws.credentials', {AWS_PROFILE: 'nobody'}),
  variables('the other half of a key of AWS', 'aws.credentials', {AWS_SECRET_ACCESS_KEY: 'x'}),
  variables('half a key of AWS', 'aws.credentials', {AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE'}),
  variables('a misspelt variable of mitra', 'settings.variables', {MITRA_ENGIEN: 'docker'}),
  variables('a variable asks Postgres for TLS', 'database.variables', {PGSSLMODE: 'require'}),
  variables('a daemon is named that is dead', 'docker.named', {DOCKER_HOST: `unix://${nowhere}`}),
  variables('a context of docker that is not there', 'docker.named', {DOCKER_CONTEXT: 'nowhere'}),
  variables('the chosen engine is named and dead', 'docker.named', {
    DOCKER_HOST: `unix://${nowhere}`,
    MITRA_ENGINE: 'docker',
  }),
  {
    what: 'a daemon that takes connections and hangs',
    names: 'docker.named',
    async inject(place) {
      const {path, undo} = await silentSocket(place)
      return {env: {DOCKER_HOST: `unix://${path}`, MITRA_ENGINE: 'docker'}, undo}
    },
  },
  {
    what: 'the chosen engine is not on this machine',
    names: 'engine.chosen',
    needs: 'noDocker',
    inject: () => ({env: {MITRA_ENGINE: 'docker'}}),
  },
]
