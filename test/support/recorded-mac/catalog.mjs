// What the recorded Homebrew has: version, dependencies and what each program says of itself.
export const formulae = {
  'python@3.12': {
    version: '3.12.11',
    deps: ['openssl@3', 'sqlite'],
    programs: {'python3.12': 'Python 3.12.11'},
  },
  node: {version: '24.7.0', deps: ['icu4c@77', 'openssl@3'], programs: {node: 'v24.7.0'}},
  git: {version: '2.51.0', deps: ['pcre2', 'gettext'], programs: {git: 'git version 2.51.0'}},
  libpq: {
    version: '17.6',
    deps: ['openssl@3'],
    isKegOnly: true,
    programs: {psql: 'psql (PostgreSQL) 17.6 (Homebrew)'},
  },
  redis: {version: '8.2.1', deps: ['openssl@3'], programs: {'redis-cli': 'redis-cli 8.2.1'}},
  nginx: {
    version: '1.29.1',
    deps: ['openssl@3', 'pcre2'],
    programs: {nginx: 'nginx version: nginx/1.29.1'},
  },
  colima: {version: '0.8.4', deps: ['lima'], programs: {colima: 'colima version 0.8.4'}},
  docker: {
    version: '28.4.0',
    deps: [],
    programs: {docker: 'Docker version 28.4.0, build d8eb465f86'},
  },
  lima: {version: '1.2.1', deps: []},
  'openssl@3': {version: '3.5.2', deps: []},
  'icu4c@77': {version: '77.1', deps: []},
  sqlite: {version: '3.50.4', deps: []},
  pcre2: {version: '10.46', deps: []},
  gettext: {version: '0.26', deps: []},
}

export const casks = {
  orbstack: {version: '2.0.1', apps: ['OrbStack.app']},
  'docker-desktop': {version: '4.45.0', apps: ['Docker.app']},
  github: {version: '3.5.2', apps: ['GitHub Desktop.app']},
  'android-studio': {version: '2025.1.3.7', apps: ['Android Studio.app']},
  flutter: {
    version: '3.35.2',
    programs: {flutter: 'Flutter 3.35.2 • channel stable • https://github.com/flutter/flutter.git'},
  },
  pgadmin4: {version: '9.7', apps: ['pgAdmin 4.app']},
  'dbeaver-community': {version: '25.1.5', apps: ['DBeaver.app']},
  'visual-studio-code': {
    version: '1.103.2',
    apps: ['Visual Studio Code.app'],
    programs: {code: undefined},
  },
}
