// certificate: those that queues encrypt their jobs to.
#include <memory>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"

namespace cli {

void add_certificate_commands(CLI::App& app, Instance& instance) {
    struct Options {
        std::string file, name, certificate;
    };
    auto options = std::make_shared<Options>();
    auto* certificate = app.add_subcommand("certificate", "Certificates whose holders can open jobs' files");
    certificate->require_subcommand(1);
    auto* add = certificate->add_subcommand("import", "Check a certificate and keep it for queues to name");
    add->add_option("NAME", options->name)->required();
    add->add_option("FILE", options->file, "PEM or DER")->required();
    add->callback([&instance, options] {
        const Secret contents = read_key_file(options->file);
        std::int64_t id = 0;
        check(myqsec_certificate_import(instance.principal(), options->name.c_str(),
                                        reinterpret_cast<const std::uint8_t*>(contents.c_str()),
                                        contents.text().size(), &id));
        print_result("certificate", id, "Imported certificate " + std::to_string(id) + ".", instance.json);
    });
    auto* list = certificate->add_subcommand("list", "All of them");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_certificate_list, instance.principal());
    });
    auto* remove = certificate->add_subcommand("remove", "Remove one that no queue uses");
    remove->add_option("CERTIFICATE", options->certificate, by_name_or_id)->required();
    remove->callback([&instance, options] {
        check(myqsec_certificate_remove(instance.principal(), instance.certificate(options->certificate)));
    });
}

}  // namespace cli
