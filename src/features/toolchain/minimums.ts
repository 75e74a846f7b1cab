import type {HardwareFacts} from '../../ports/hardware.js'
import type {Toolchain} from '../../ports/toolchain.js'
import {isEnough} from './observe.js'

/** A part of the machine that is less than the toolchain asks for, and what will suffer from it. */
export interface Shortage {
  readonly part: 'memory' | 'disk' | 'macos' | 'architecture'
  readonly found: string
  readonly wanted: string
  readonly suffers: string
}

const gigabyte = 1e9
// A disk of 256 GB is 245 once it is formatted, and a kernel keeps some memory for itself.
const tolerance = 0.95

/** Never a refusal: a small machine works, slowly. */
export function shortagesOf(
  {machine}: Pick<Toolchain, 'machine'>,
  {memoryBytes, diskBytes, macos, architecture}: HardwareFacts,
): readonly Shortage[] {
  const {memoryGb, diskGb, architectures} = machine
  const shortages: readonly (Shortage | false)[] = [
    isLess(memoryBytes, memoryGb) && {
      part: 'memory',
      found: gigabytes(memoryBytes),
      wanted: `${memoryGb} GB`,
      suffers:
        'Containers, an emulator and an editor at once will swap: mitra up --engine native needs least.',
    },
    isLess(diskBytes, diskGb) && {
      part: 'disk',
      found: gigabytes(diskBytes),
      wanted: `${diskGb} GB`,
      suffers:
        'Images, simulators and the Android SDK fill it: snapshots and updates will fail first.',
    },
    macos !== undefined &&
      !isEnough(macos, machine.macos) && {
        part: 'macos',
        found: macos,
        wanted: machine.macos,
        suffers:
          'Homebrew has nothing ready-made for it: what it installs is compiled, for hours; Xcode 14 and later do not run.',
      },
    !architectures.includes(architecture) && {
      part: 'architecture',
      found: architecture,
      wanted: architectures.join(' or '),
      suffers: 'Tools are not made for it: they are emulated or missing.',
    },
  ]
  return shortages.flatMap((one) => (one === false ? [] : [one]))
}

function isLess(bytes: number, wantedGb: number): boolean {
  return bytes < wantedGb * gigabyte * tolerance
}

function gigabytes(bytes: number): string {
  return `${Math.round(bytes / gigabyte)} GB`
}
