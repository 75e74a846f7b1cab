import {constants} from 'node:fs'
import {access, stat, statfs} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {codeOf} from '../../errors.js'
import type {Leftover, Machine, Permissions, StoragePlace} from '../../ports/machine.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'
import {rootBase, serviceAccount} from '../native/place.js'
import {cacheFolder} from '../runtimes/cache.js'
import {findLeftovers} from './leftovers.js'

/** This machine, asked through the operating system. */
export class HostMachine implements Machine {
  readonly nodeVersion = process.versions.node

  async extraCertificates() {
    const path = process.env['NODE_EXTRA_CA_CERTS']
    if (path === undefined || path === '') return undefined
    return {path, isReadable: await canAccess(path, constants.R_OK)}
  }

  async storage(layout: WorkspaceLayout | undefined): Promise<readonly StoragePlace[]> {
    const places = [
      ...(layout === undefined
        ? []
        : [
            {path: layout.root, holds: 'workspace'},
            {path: nativeBase(layout), holds: 'data of the services'},
          ]),
      {path: cacheFolder(), holds: 'programs of the native engine'},
    ]
    return Promise.all(places.map(async (place) => ({...place, ...(await roomAt(place.path))})))
  }

  async permissions(path: string): Promise<Permissions | undefined> {
    try {
      const {mode, uid} = await stat(path)
      const ownUid = process.getuid?.() ?? uid
      const isWritable = await canAccess(path, constants.W_OK)
      return {mode: mode & 0o777, isOwn: ownUid === 0 || uid === ownUid, isWritable}
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  leftovers(layout: WorkspaceLayout, engine: 'docker' | 'native'): Promise<readonly Leftover[]> {
    return findLeftovers(nativeBase(layout), engine)
  }
}

/** Where the native services keep data and run files, whichever set is in use. */
function nativeBase({state, id}: WorkspaceLayout): string {
  return serviceAccount() === undefined ? state : join(rootBase, id)
}

/** Of the file system that the path is on, or will be on once it is made. */
async function roomAt(path: string): Promise<Pick<StoragePlace, 'freeBytes' | 'sizeBytes'>> {
  try {
    const {bavail, blocks, bsize} = await statfs(path)
    return {freeBytes: bavail * bsize, sizeBytes: blocks * bsize}
  } catch (error) {
    const parent = dirname(path)
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error
    return roomAt(parent)
  }
}

async function canAccess(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
