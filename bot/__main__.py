"""`python -m bot` is `helpthread`."""

from bot.cli import main

if __name__ == "__main__":
    main()
