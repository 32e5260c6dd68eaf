"""What a person tells their own sign-ins apart by: the kind of browser and of system, and nothing finer.

No address, no version, no model: a list of those would be a record of where somebody works and with what.
"""

from services.portal.languages import mark

UNKNOWN_DEVICE = mark("Another program")

BROWSERS = (
    ("edg", "edge", "Edge"),
    ("firefox", "firefox", "Firefox"),
    ("fxios", "firefox", "Firefox"),
    ("crios", "chrome", "Chrome"),
    ("chrome", "chrome", "Chrome"),
    ("safari", "safari", "Safari"),
)
"""Sign in the user agent, code, name; the first that fits: Edge also says Chrome, and Chrome also says Safari."""

SYSTEMS = (
    ("iphone", "iphone", "iPhone"),
    ("ipad", "ipad", "iPad"),
    ("android", "android", "Android"),
    ("cros", "chromeos", "ChromeOS"),
    ("windows", "windows", "Windows"),
    ("mac os", "mac", "Mac"),
    ("linux", "linux", "Linux"),
)
"""As above: iPhones also say Mac, Android also says Linux."""

NAMES = {code: name for _, code, name in (*BROWSERS, *SYSTEMS)}


def device_of(user_agent: str) -> str | None:
    """Return what is stored of a browser, such as ``firefox/windows``; None when it is no browser we know."""
    said = user_agent.lower()
    browser = next((code for sign, code, _ in BROWSERS if sign in said), None)
    system = next((code for sign, code, _ in SYSTEMS if sign in said), None)
    return f"{browser}/{system}" if browser and system else None


def device_name(device: str | None) -> str | None:
    """Return the names of a stored device, the same in every language; None when it is not known."""
    if device is None:
        return None
    return ", ".join(NAMES.get(code, "?") for code in device.split("/"))
