// The myqsec command: everything the C ABI offers, from a shell.
#include <iostream>

#include <CLI/CLI.hpp>

#include "instance.hpp"

namespace {

/// Exit codes by what a script can do about it.
int exit_code(myqsec_status status) {
    switch (status) {
        case MYQSEC_ERR_INVALID_ARGUMENT:
            return 2;
        case MYQSEC_ERR_AUTHENTICATION:
        case MYQSEC_ERR_ACCESS_DENIED:
        case MYQSEC_ERR_LOCKED_OUT:
        case MYQSEC_ERR_SESSION_ENDED:
            return 3;
        case MYQSEC_ERR_NOT_FOUND:
            return 4;
        case MYQSEC_ERR_IN_USE:
        case MYQSEC_ERR_BUSY:
            return 5;
        case MYQSEC_ERR_WRONG_KEY:
        case MYQSEC_ERR_CORRUPT:
        case MYQSEC_ERR_TAMPERED:
        case MYQSEC_ERR_NEWER_VERSION:
            return 6;
        default:
            return 1;
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Secure release, encryption and audit for print servers and MFPs.\n"
        "Exit status: 0 done, 1 failure, 2 usage, 3 not allowed, 4 not found, 5 in use, 6 wrong key or "
        "damaged.");
    app.require_subcommand(1);
    app.fallthrough();
    cli::Instance instance;
    instance.add_to(app);
    add_instance_commands(app, instance);
    add_access_commands(app, instance);
    add_spool_commands(app, instance);
    add_device_commands(app, instance);
    add_release_command(app, instance);
    add_container_commands(app, instance);
    try {
        app.parse(argc, argv);
        std::cout.flush();
        return std::cout ? 0 : 1;
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : 2;
    } catch (const cli::Failure& failure) {
        std::cerr << "myqsec: " << failure.what() << " [" << myqsec_status_name(failure.status) << "]\n";
        return exit_code(failure.status);
    } catch (const std::exception& error) {
        std::cerr << "myqsec: " << error.what() << '\n';
        return 1;
    }
}
