import { Dialog } from '../ui/dialog.tsx';
import { SignInForm } from './sign-in.tsx';

/** Over the page whose key is refused all at once, so that what was typed there is still there afterwards. */
export function SignInAgain() {
  return (
    <Dialog title="The key is no longer accepted" description="The page behind stays as it is." open>
      <SignInForm />
    </Dialog>
  );
}
