use std::net::TcpListener;

use super::runner::Room;

#[test]
fn a_bad_configuration_is_told_before_any_cluster_is_asked() {
    let room = Room::new().with("cc.yaml", "kind: ClusterConfiguration\n");
    assert_eq!(room.ks(&["plan", "-f", "cc.yaml", "--kubeconfig", "nowhere"]).code, Some(2));
}

#[test]
fn a_kubeconfig_that_is_not_there_is_no_cluster() {
    insta::assert_snapshot!(Room::with_small().ks(&["plan", "-f", "cc.yaml", "--kubeconfig", "nowhere"]).screen());
}

#[test]
fn nobody_is_told_to_remove_a_folder_that_is_no_sandbox() {
    let run = Room::with_small().ks(&["plan", "--sandbox=.", "-f", "cc.yaml"]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(!run.err.contains("remove"), "{run:?}");
}

#[test]
fn without_kubeconfig_and_outside_a_cluster_there_is_none() {
    let run = Room::with_small().ks(&["plan", "-f", "cc.yaml"]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.err.contains("--sandbox"), "{run:?}");
}

#[test]
fn a_refused_connection_is_told_with_the_address() {
    let room = Room::with_small().with("kubeconfig", &kubeconfig(closed_port()));
    let arguments = ["plan", "-f", "cc.yaml", "--kubeconfig", "kubeconfig"];
    let run = room.ks(&arguments);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.err.starts_with("error: reach http://127.0.0.1:"), "{run:?}");
    assert!(run.out.is_empty());
    let logged = room.ks(&[&arguments[..], &["-v"]].concat());
    assert!(logged.err.contains("request without an answer"), "{logged:?}");
}

#[test]
fn an_unknown_context_is_no_cluster() {
    let room = Room::with_small().with("kubeconfig", &kubeconfig(1));
    let run = room.ks(&["plan", "-f", "cc.yaml", "--kubeconfig", "kubeconfig", "--context", "elsewhere"]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.err.contains("elsewhere"), "{run:?}");
}

#[test]
fn a_sandbox_that_is_none_is_told() {
    let room = Room::with_small().with("sandbox.json", "not json");
    insta::assert_snapshot!(room.ks(&["plan", "-f", "cc.yaml", "--sandbox=sandbox.json"]).screen());
}

#[test]
fn without_a_file_the_live_object_is_wanted() {
    insta::assert_snapshot!(Room::new().ks(&["plan", "--sandbox"]).screen());
}

/// A port of this machine on which nobody listens: it was free a moment ago.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn kubeconfig(port: u16) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
         clusters: [{{ name: here, cluster: {{ server: \"http://127.0.0.1:{port}\" }} }}]\n\
         users: [{{ name: me, user: {{}} }}]\n\
         contexts: [{{ name: here, context: {{ cluster: here, user: me }} }}]\n"
    )
}
