import type {Check} from './check.js'
import {databaseConnections} from './checks/database-connections.js'
import {databaseLocks} from './checks/database-locks.js'
import {databaseMigrations} from './checks/database-migrations.js'
import {databaseResponse} from './checks/database-response.js'
import {diskSpace} from './checks/disk-space.js'
import {dockerAnswers} from './checks/docker-answers.js'
import {engineChosen} from './checks/engine-chosen.js'
import {extraCertificates} from './checks/extra-certificates.js'
import {journalReadable} from './checks/journal-readable.js'
import {leftoverProcesses} from './checks/leftover-processes.js'
import {localhostName} from './checks/localhost-name.js'
import {nodeVersion} from './checks/node-version.js'
import {objectStoreResponse} from './checks/object-store-response.js'
import {partsPresent} from './checks/parts-present.js'
import {portsTaken} from './checks/ports-taken.js'
import {proxySettings} from './checks/proxy-settings.js'
import {secretsPermissions} from './checks/secrets-permissions.js'
import {stackServices} from './checks/stack-services.js'
import {trashSize} from './checks/trash-size.js'
import {workspaceSettings} from './checks/workspace-settings.js'
import {workspaceWritable} from './checks/workspace-writable.js'

/** From the ground up: of two findings the upper one is nearer to the root cause. */
export const allChecks: readonly Check[] = [
  nodeVersion,
  extraCertificates,
  localhostName,
  proxySettings,
  diskSpace,
  dockerAnswers,
  workspaceSettings,
  workspaceWritable,
  secretsPermissions,
  journalReadable,
  engineChosen,
  partsPresent,
  leftoverProcesses,
  portsTaken,
  stackServices,
  databaseResponse,
  databaseConnections,
  databaseLocks,
  databaseMigrations,
  objectStoreResponse,
  trashSize,
]
