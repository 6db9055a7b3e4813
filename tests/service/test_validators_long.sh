#!/bin/bash
# What published validators (npm) say of the answers of the service.
exec python3 "$SOURCE/tests/service/validators.py"
