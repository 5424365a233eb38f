import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { BASH_SCRIPT } from './bash-script.ts';

/** Adds `completion <shell>`, which prints a script, and the hidden command that the script asks for words. */
export function addCompletion(program: Command): void {
  const completions = tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('Print a completion script for zsh, bash, fish or powershell.')
    .action((shell: string) => {
      // The library's script for bash evaluates the words of the line, and needs a package that few machines have.
      if (shell === 'bash') process.stdout.write(BASH_SCRIPT);
      else completions.setup(program.name(), program.name(), shell);
    })
    .addHelpText(
      'after',
      `
Examples:
  source <(stepledger completion bash)
  stepledger completion zsh > ~/.stepledger-completion.zsh && echo 'source ~/.stepledger-completion.zsh' >> ~/.zshrc
  stepledger completion fish > ~/.config/fish/completions/stepledger.fish`,
    );
}
