"""The pins that switch a module. What is done with them is in attach.py."""


class Power:
    """PWRKEY, RESET and STATUS of a board, machine.Pin or digitalio.DigitalInOut; any may be None.

    `..._on`: the pin level that presses, or means on. A transistor between pin and pad inverts:
    then 1 presses.
    """

    def __init__(self, pwrkey=None, pwrkey_on=1, reset=None, reset_on=1, status=None, status_on=1):
        self.pwrkey = pwrkey
        self.pwrkey_on = pwrkey_on
        self.reset = reset
        self.reset_on = reset_on
        self.status = status
        self.status_on = status_on
