"""The portal's cookies: names and flags. ``__Host-`` where there is TLS, so that no other host can plant one."""

from fastapi import Response

from services.portal.settings import PortalSettings


def sign_in_cookie(settings: PortalSettings) -> str:
    """Name of the cookie that holds a sign-in's token."""
    return "__Host-sign_in" if settings.is_https else "sign_in"


def visitor_cookie(settings: PortalSettings) -> str:
    """Name of the cookie that ties the forms of somebody not signed in to their browser."""
    return "__Host-visitor" if settings.is_https else "visitor"


def language_cookie(settings: PortalSettings) -> str:
    """Name of the cookie that holds the language that was chosen in this browser."""
    return "__Host-language" if settings.is_https else "language"


def invitation_cookie(settings: PortalSettings) -> str:
    """Name of the cookie that holds an invitation's token; it has a path of its own, which ``__Host-`` forbids."""
    return "__Secure-invitation" if settings.is_https else "invitation"


def password_reset_cookie(settings: PortalSettings) -> str:
    """Name of the cookie that holds the token of a link for a forgotten password; it has a path of its own, too."""
    return "__Secure-password_reset" if settings.is_https else "password_reset"


def second_step_cookie(settings: PortalSettings) -> str:
    """Name of the cookie of a browser whose password was right and whose code is waited for; on a path of its own."""
    return "__Secure-second_step" if settings.is_https else "second_step"


def set_cookie(
    response: Response, settings: PortalSettings, name: str, value: str, *, max_age: int | None = None, path: str = "/"
) -> None:
    """Set a cookie no script can read and no other site can send along with a POST."""
    response.set_cookie(
        name, value, max_age=max_age, path=path, secure=settings.is_https, httponly=True, samesite="lax"
    )


def clear_cookie(response: Response, settings: PortalSettings, name: str, *, path: str = "/") -> None:
    """Remove a cookie."""
    response.delete_cookie(name, path=path, secure=settings.is_https, httponly=True, samesite="lax")
