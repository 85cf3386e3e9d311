use super::runner::Room;

#[test]
fn a_bad_configuration_is_told_before_any_cluster_is_asked() {
    let room = Room::new().with("cc.yaml", "kind: ClusterConfiguration\n");
    assert_eq!(room.ks(&["plan", "-f", "cc.yaml", "--kubeconfig", "nowhere"]).code, Some(2));
}

#[test]
fn no_kubeconfig_is_no_cluster() {
    insta::assert_snapshot!(Room::with_small().ks(&["plan", "-f", "cc.yaml", "--kubeconfig", "nowhere"]).screen());
}
