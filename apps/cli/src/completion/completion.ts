import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Adds `completion <shell>`, which prints a script, and the hidden command that the script asks for words. */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('Print a completion script for zsh, bash, fish or powershell.')
    .addHelpText(
      'after',
      `
Examples:
  source <(stepledger completion bash)
  stepledger completion zsh > ~/.stepledger-completion.zsh && echo 'source ~/.stepledger-completion.zsh' >> ~/.zshrc
  stepledger completion fish > ~/.config/fish/completions/stepledger.fish`,
    );
}
