// The myqsec command: the C ABI from a shell.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fcntl.h>

#include "instance.hpp"
#include "wording.hpp"

namespace {

/// Exit codes by what a script can do about it.
int exit_code(myqsec_status status) {
    switch (status) {
        case MYQSEC_ERR_INVALID_ARGUMENT:
            return 2;
        case MYQSEC_ERR_AUTHENTICATION:
        case MYQSEC_ERR_ACCESS_DENIED:
        case MYQSEC_ERR_LOCKED_OUT:
        case MYQSEC_ERR_FACTOR_NEEDED:
        case MYQSEC_ERR_PASSWORD_CHANGE_REQUIRED:
        case MYQSEC_ERR_SESSION_ENDED:
        case MYQSEC_ERR_FILE_ACCESS:
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

/// A standard descriptor that the caller closed would become the next file's number, and what is printed
/// would land in the database. /dev/null takes its place, opened so that using it fails.
void occupy_standard_descriptors() {
    for (const int descriptor : {0, 1, 2}) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            static_cast<void>(::open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY));
    }
}

/// Whether all that was printed arrived. A reader that has seen enough and left, such as head, is not told
/// so.
bool printed() {
    errno = 0;
    if (std::cout.flush() && std::fflush(stdout) == 0) return true;
    if (errno != EPIPE) std::cerr << "myqsec: cannot write to standard output\n";
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    occupy_standard_descriptors();
    // A device that goes away in the middle of a document is a failed write, after which the job is held
    // again.
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app(
        "Secure release, encryption and audit for print servers and MFPs.\n"
        "Exit status: 0 done, 1 failure, 2 usage, 3 not allowed, 4 not found, 5 in use, 6 wrong key or "
        "damaged.");
    app.set_version_flag("--version", std::string("libmyqsec ") + myqsec_version());
    app.require_subcommand(1);
    app.fallthrough();
    ::setenv("TSS2_LOG", "all+none", 0);  // what went wrong with a TPM is in our own message
    cli::Instance instance;
    instance.add_to(app);
    add_instance_commands(app, instance);
    add_access_commands(app, instance);
    add_people_commands(app, instance);
    add_card_commands(app, instance);
    add_lockout_commands(app, instance);
    add_spool_commands(app, instance);
    add_device_commands(app, instance);
    add_release_command(app, instance);
    add_delegate_commands(app, instance);
    add_backup_commands(app, instance);
    add_host_commands(app, instance);
    add_keys_commands(app, instance);
    add_notification_commands(app, instance);
    add_audit_commands(app, instance);
    add_container_commands(app, instance);
    add_certificate_commands(app, instance);
    add_encryption_commands(app, instance);
    try {
        app.parse(argc, argv);
        return printed() ? 0 : 1;
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error) == 0 && printed() ? 0 : 1;
        std::cerr << "myqsec: " << cli::usage_error(app, error)
                  << "\nRun with --help for more information.\n";
        return 2;
    } catch (const cli::Failure& failure) {
        const bool nobody = failure.status == MYQSEC_ERR_ACCESS_DENIED && instance.user_name.empty();
        std::cerr << "myqsec: " << failure.what() << (nobody ? cli::advice_on_denial(failure.what()) : "")
                  << " [" << myqsec_status_name(failure.status) << "]\n";
        return exit_code(failure.status);
    } catch (const std::exception& error) {
        std::cerr << "myqsec: " << error.what() << '\n';
        return 1;
    }
}
