"""`python -m fairground` is the same as `fairground`."""

from fairground.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
