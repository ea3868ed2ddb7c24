import { Validations } from 'aws-cdk-lib';
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/**
 * Creates a public URL of a function: the function itself checks its callers.
 *
 * @param reason why callers cannot sign, for the template rules that forbid such URLs
 */
export function publicUrl(fn: LambdaFunction, reason: string): string {
  for (const rule of ['lambda_function_url_auth_check', 'lambda_function_public_access_prohibited_check']) {
    Validations.of(fn).acknowledge({ id: `cdk-validator-cfnguard::${rule}`, reason });
  }
  return fn.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
}
