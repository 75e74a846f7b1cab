import type {Check} from './check.js'
import {apiResponse} from './checks/api-response.js'
import {awsCredentials} from './checks/aws-credentials.js'
import {certificateFiles} from './checks/certificate-files.js'
import {certificatesValid} from './checks/certificates-valid.js'
import {cpuKind} from './checks/cpu-kind.js'
import {databaseClock} from './checks/database-clock.js'
import {databaseConnections} from './checks/database-connections.js'
import {databaseEncoding} from './checks/database-encoding.js'
import {databaseLedger} from './checks/database-ledger.js'
import {databaseLocks} from './checks/database-locks.js'
import {databaseMigrations} from './checks/database-migrations.js'
import {databaseMigrator} from './checks/database-migrator.js'
import {databaseResponse} from './checks/database-response.js'
import {databaseVariables} from './checks/database-variables.js'
import {databaseWritable} from './checks/database-writable.js'
import {diskInodes} from './checks/disk-inodes.js'
import {diskSpace} from './checks/disk-space.js'
import {dockerAnswers} from './checks/docker-answers.js'
import {dockerNamed} from './checks/docker-named.js'
import {engineChosen} from './checks/engine-chosen.js'
import {environmentFiles} from './checks/environment-files.js'
import {extraCertificates} from './checks/extra-certificates.js'
import {
  costSettings,
  costStore,
  environmentSchemaFile,
  migrationFiles,
  retentionSettings,
  workspaceMemory,
} from './checks/file-checks.js'
import {fileMask} from './checks/file-mask.js'
import {homeFolder} from './checks/home-folder.js'
import {journalReadable} from './checks/journal-readable.js'
import {keptBackend} from './checks/kept-backend.js'
import {leftoverProcesses} from './checks/leftover-processes.js'
import {localeSettings} from './checks/locale-settings.js'
import {localhostName} from './checks/localhost-name.js'
import {memorySize} from './checks/memory-size.js'
import {nodeOptions} from './checks/node-options.js'
import {nodeTls} from './checks/node-tls.js'
import {nodeVersion} from './checks/node-version.js'
import {objectStoreResponse} from './checks/object-store-response.js'
import {openFiles} from './checks/open-files.js'
import {partsPresent} from './checks/parts-present.js'
import {pathEntries} from './checks/path-entries.js'
import {portsTaken} from './checks/ports-taken.js'
import {programVersions} from './checks/program-versions.js'
import {proxySettings} from './checks/proxy-settings.js'
import {redisResponse} from './checks/redis-response.js'
import {secretsGit} from './checks/secrets-git.js'
import {secretsPermissions} from './checks/secrets-permissions.js'
import {settingsVariables} from './checks/settings-variables.js'
import {stackServices} from './checks/stack-services.js'
import {temporaryFolder} from './checks/temporary-folder.js'
import {temporaryPrograms} from './checks/temporary-programs.js'
import {tenantPasswords} from './checks/tenant-passwords.js'
import {trashSize} from './checks/trash-size.js'
import {workspaceClock} from './checks/workspace-clock.js'
import {workspaceOwner} from './checks/workspace-owner.js'
import {workspaceSettings} from './checks/workspace-settings.js'
import {workspaceWritable} from './checks/workspace-writable.js'

/** From the ground up: of two findings the upper one is nearer to the root cause. */
export const allChecks: readonly Check[] = [
  nodeVersion,
  nodeOptions,
  nodeTls,
  extraCertificates,
  certificatesValid,
  certificateFiles,
  cpuKind,
  memorySize,
  fileMask,
  openFiles,
  homeFolder,
  localeSettings,
  localhostName,
  proxySettings,
  diskSpace,
  diskInodes,
  temporaryFolder,
  temporaryPrograms,
  pathEntries,
  ...programVersions,
  awsCredentials,
  settingsVariables,
  databaseVariables,
  dockerNamed,
  dockerAnswers,
  workspaceSettings,
  workspaceOwner,
  workspaceWritable,
  workspaceClock,
  workspaceMemory,
  secretsPermissions,
  secretsGit,
  journalReadable,
  environmentSchemaFile,
  environmentFiles,
  migrationFiles,
  retentionSettings,
  costSettings,
  costStore,
  engineChosen,
  partsPresent,
  leftoverProcesses,
  portsTaken,
  redisResponse,
  stackServices,
  databaseResponse,
  databaseConnections,
  databaseLocks,
  databaseEncoding,
  databaseClock,
  databaseWritable,
  databaseMigrator,
  databaseLedger,
  databaseMigrations,
  tenantPasswords,
  objectStoreResponse,
  keptBackend,
  apiResponse,
  trashSize,
]
