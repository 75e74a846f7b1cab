import {execFile} from 'node:child_process'
import {readdir, readFile, readlink} from 'node:fs/promises'
import {createServer} from 'node:net'
import {promisify} from 'node:util'
import type {PortHolder, Sockets} from '../../ports/sockets.js'

/** Listeners on this machine, asked of the kernel. */
export class HostSockets implements Sockets {
  /** Free means free for everyone: a listener on all addresses, IPv4 or IPv6, counts as taken. */
  async isPortFree(port: number): Promise<boolean> {
    for (const host of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
      if (!(await canListen(port, host))) return false
    }
    return true
  }

  async portHolder(port: number): Promise<PortHolder | undefined> {
    return process.platform === 'linux' ? linuxHolder(port) : lsofHolder(port)
  }
}

/** True when that process holds the listener; undefined where the kernel does not say. */
export async function isHeldBy(port: number, pid: number): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return undefined
  const inodes = await listeningInodes(port)
  if (inodes.size === 0) return undefined
  return holdsSocket(String(pid), inodes)
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      // No IPv6 on this machine: nobody can hold the port there.
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')
    })
    server.listen({port, host, exclusive: true, ipv6Only: host.includes(':')}, () => {
      server.close(() => resolve(true))
    })
  })
}

async function linuxHolder(port: number): Promise<PortHolder | undefined> {
  const inodes = await listeningInodes(port)
  if (inodes.size === 0) return undefined
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await holdsSocket(pid, inodes)) {
      const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
      return {pid: Number(pid), ...(command === '' ? {} : {command: command.trim()})}
    }
  }
  return undefined
}

async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const rows = tables.flatMap((table) => table.split('\n').slice(1))
  const listening = rows
    .map((row) => row.trim().split(/\s+/))
    // 0A is LISTEN; the tenth field is the socket's inode.
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === '0A')
  return new Set(listening.flatMap((fields) => (fields[9] === undefined ? [] : [fields[9]])))
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const handles = await readdir(folder).catch(() => [])
  for (const handle of handles) {
    const target = await readlink(`${folder}/${handle}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}

async function lsofHolder(port: number): Promise<PortHolder | undefined> {
  try {
    const {stdout} = await promisify(execFile)('lsof', [
      '-nP',
      `-iTCP:${port}`,
      '-sTCP:LISTEN',
      '-Fpc',
    ])
    const pid = /^p(\d+)$/m.exec(stdout)?.[1]
    const command = /^c(.+)$/m.exec(stdout)?.[1]
    if (pid === undefined) return undefined
    return {pid: Number(pid), ...(command === undefined ? {} : {command})}
  } catch {
    return undefined
  }
}
