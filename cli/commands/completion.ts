import { type Command, command } from '../frame/command.ts';
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

function bash(commands: readonly Command[]): string {
  const cases = commands.map((each) => `    ${each.name}) options='${optionsOf(each).join(' ')}' ;;`);
  return `_evergreen_rooms() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -F _evergreen_rooms ${PROGRAM}`;
}

function zsh(commands: readonly Command[]): string {
  const names = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map((each) => {
    const options = Object.entries(flagsOf(each)).map(([name, { type, help }]) =>
      quoted(`--${name}[${help.replace(/[[\]:]/g, '')}]${type === 'string' ? ':value:_files' : ''}`),
    );
    return `    ${each.name}) _arguments ${options.join(' ')} '*:file:_files' ;;`;
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
  const lines = commands.flatMap((each) => [
    `complete -c ${PROGRAM} -n __fish_use_subcommand -f -a ${each.name} -d ${quoted(each.summary)}`,
    ...Object.entries(flagsOf(each)).map(
      ([name, { type, help }]) =>
        `complete -c ${PROGRAM} -n '__fish_seen_subcommand_from ${each.name}' -l ${name}${type === 'string' ? ' -r' : ''} -d ${quoted(help)}`,
    ),
  ]);
  return lines.join('\n');
}

/** Quotes a word for all three shells. */
const quoted = (text: string) => `'${text.replaceAll("'", '')}'`;
