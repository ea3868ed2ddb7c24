import { type Command, command, type Flag } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';
import { PROGRAM } from '../frame/help.ts';
import { flagsOf } from '../frame/parse.ts';

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** @param commands all commands, including this one */
export const completion = (commands: () => readonly Command[]) =>
  command({
    name: 'completion',
    summary: 'prints the script by which a shell completes the command',
    usage: 'SHELL',
    words: { '': Object.keys(SHELLS) },
    most: 1,
    flags: {},
    reach: 'any',
    details: `SHELL is one of ${Object.keys(SHELLS).join(', ')}.`,
    examples: [
      ['completion bash >> ~/.bashrc', 'for bash'],
      ['completion zsh > ~/.zfunc/_evergreen-rooms', 'for zsh, where ~/.zfunc is in fpath'],
      ['completion fish > ~/.config/fish/completions/evergreen-rooms.fish', 'for fish'],
    ],
    async run({ args: [shell = ''], terminal }) {
      const script = SHELLS[shell];
      if (!script) throw new CallError(`name a shell: ${Object.keys(SHELLS).join(', ')}`);
      await terminal.say(script(commands()));
      return EXIT.done;
    },
  });

const optionsOf = (command: Command) => Object.keys(flagsOf(command)).map((name) => `--${name}`);

/** The kinds of values that options and arguments have: words, files, or what only the person knows. */
type Kind = readonly string[] | 'file' | 'other';

const kindOf = ({ value, values }: Flag): Kind => values ?? (value === 'FILE' ? 'file' : 'other');

/** The options of a command that take a value, with its kind. */
const valuesOf = (command: Command) =>
  Object.entries(flagsOf(command)).flatMap(([name, flag]) =>
    flag.type === 'string' ? [[name, kindOf(flag)] as const] : [],
  );

/** The arguments of a command, by the first of them. */
const argumentsOf = ({ words = {}, files }: Command): readonly (readonly [first: string, kind: Kind])[] =>
  files ? [['', 'file']] : Object.entries(words);

function bash(commands: readonly Command[]): string {
  const reply = (kind: Kind) => {
    if (kind === 'other') return '';
    const how = kind === 'file' ? '-f' : `-W '${kind.join(' ')}'`;
    return `COMPREPLY=($(compgen ${how} -- "$word"))`;
  };
  const options = commands.map((each) => `    ${each.name}) options='${optionsOf(each).join(' ')}' ;;`);
  const values = commands.flatMap((each) =>
    valuesOf(each).map(([name, kind]) => `    '${each.name} --${name}') ${reply(kind)}; return ;;`),
  );
  const args = commands.flatMap((each) =>
    argumentsOf(each).map(([first, kind]) => {
      const pattern = kind === 'file' ? `'${each.name} '*` : `'${each.name} ${first}'`;
      return `    ${pattern}) ${reply(kind)} ;;`;
    }),
  );
  return `_evergreen_rooms() {
  local word="\${COMP_WORDS[COMP_CWORD]}" name="\${COMP_WORDS[1]}" options='' first='' i
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$word"))
    return
  fi
  case "$name \${COMP_WORDS[COMP_CWORD-1]}" in
${values.map((line) => line.replace(') ; return', ') return')).join('\n')}
  esac
  case "$name" in
${options.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")); return ;;
  esac
  for ((i = 2; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) first="\${COMP_WORDS[i]}"; break ;; esac
  done
  case "$name $first" in
${args.join('\n')}
  esac
}
complete -F _evergreen_rooms ${PROGRAM}`;
}

function zsh(commands: readonly Command[]): string {
  const action = (kind: Kind) => {
    if (kind === 'other') return ' ';
    return kind === 'file' ? '_files' : `(${kind.join(' ')})`;
  };
  const names = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map((each) => {
    const options = Object.entries(flagsOf(each)).map(([name, flag]) => {
      const value = flag.type === 'string' ? `:${flag.value ?? 'value'}:${action(kindOf(flag))}` : '';
      return quoted(`--${name}[${flag.help.replace(/[[\]:]/g, '')}]${value}`);
    });
    const args = argumentsOf(each).map(([first, kind]) => {
      if (kind === 'file') return quoted('*:file:_files');
      if (kind === 'other') return '';
      if (first === '') return quoted(`1:what:${action(kind)}`);
      return quoted(`*:what:{ [[ $words[2] = ${first} ]] && compadd ${kind.join(' ')} }`);
    });
    return `    ${each.name}) _arguments ${[...options, ...args].join(' ')} ;;`;
  });
  return `#compdef ${PROGRAM}
_evergreen_rooms() {
  local -a commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = '_${PROGRAM}' ]; then _evergreen_rooms; else compdef _evergreen_rooms ${PROGRAM}; fi`;
}

function fish(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const line = (when: string, rest: string) => `complete -c ${PROGRAM} -n ${quoted(when)} ${rest}`;
  const lines = commands.flatMap((each) => {
    const seen = `__fish_seen_subcommand_from ${each.name}`;
    const options = Object.entries(flagsOf(each)).map(([name, flag]) =>
      line(
        seen,
        `-l ${name}${flag.type === 'string' ? fishValue(kindOf(flag)) : ''} -d ${quoted(flag.help)}`,
      ),
    );
    const args = argumentsOf(each).map(([first, kind]) => {
      if (typeof kind === 'string') return line(seen, kind === 'file' ? '-F' : '-f');
      const words = each.words?.['']?.join(' ');
      const when =
        first === '' ? `not __fish_seen_subcommand_from ${words}` : `__fish_seen_subcommand_from ${first}`;
      return line(`${seen}; and ${when}`, `-f -a ${quoted(kind.join(' '))}`);
    });
    const noFiles = each.files ? [] : [line(seen, '-f')];
    return [
      line(`not __fish_seen_subcommand_from ${names}`, `-f -a ${each.name} -d ${quoted(each.summary)}`),
      ...options,
      ...noFiles,
      ...args,
    ];
  });
  return lines.join('\n');
}

/** Returns how fish completes the value of an option. */
function fishValue(kind: Kind): string {
  if (kind === 'other') return ' -x';
  return kind === 'file' ? ' -r -F' : ` -x -a ${quoted(kind.join(' '))}`;
}

/** Quotes a word for all three shells. */
const quoted = (text: string) => `'${text.replaceAll("'", '')}'`;
