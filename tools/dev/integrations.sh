# What tests/integrations runs: frameworks that can live together share a Python environment; one node_modules for JS.

INTEGRATION_ENVIRONMENTS=(openai3 openai2 crewai)

install_integrations() {
    local name
    for name in "${INTEGRATION_ENVIRONMENTS[@]}"; do
        install_python_environment "integrations-$name" "tests/integrations/requirements/$name.txt"
    done
    install_npm_lock tests/integrations/js tests/integrations/js
}

# Real frameworks against a fake model (tests/integrations). Arguments go to pytest.
test_integrations() {
    install_integrations
    build/venvs/runner/bin/python -m pytest -q -p no:cacheprovider tests/integrations "$@"
}
