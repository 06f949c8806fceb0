"""The async methods. Generated; do not edit."""
