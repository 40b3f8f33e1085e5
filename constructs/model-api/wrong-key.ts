/** Beside the configuration of a LiteLLM proxy; a module of Python. */
export const WRONG_KEY_FILE = 'wrong_key.py';

/** By which the configuration names it. */
export const WRONG_KEY_CALLBACK = 'wrong_key.answer';

/**
 * Has LiteLLM answer a key that it does not know with 401. Without a database it says 400, for which clients blame their
 * question. It is asked once a request has been refused, and can let nobody in.
 */
export const WRONG_KEY_CODE = `from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger


class WrongKey(CustomLogger):
    """Says that a key is wrong where LiteLLM says that it has no database to look it up in."""

    async def async_post_call_failure_hook(self, request_data, original_exception, user_api_key_dict, *_, **__):
        kind, code = (getattr(original_exception, name, None) for name in ("type", "code"))
        if (kind, code) == ("no_db_connection", "400"):
            original_exception.code = "401"  # what the span of the request says
            return HTTPException(401, "Authentication Error, the API key is not known here")


answer = WrongKey()
`;
