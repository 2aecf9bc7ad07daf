//! What the page says when a vendor lets nobody in.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::world::World;

#[test]
fn a_wrong_password_is_told_with_the_focus_on_it_at_each_vendor() -> Result<()> {
    on_the_page(async |page| {
        for vendor in Vendor::ALL {
            let world = World::new(vendor)?;
            page.choose(&world, "memory").await?;
            page.submit(USER, "wrong").await?;
            let error = page.until_error().await?;
            assert_eq!(error.code, "invalid-credentials", "at {}", vendor.name());
            assert_eq!(error.happened, "That user name and password don’t match.");
            assert!(error.text.contains(vendor.title()), "{:?} names {}", error.text, vendor.title());
            assert!(error.focused, "the focus is on the error");
            assert_eq!(page.text("status").await?, "Not signed in.");
            assert_eq!(page.value("password").await?, "", "the wrong password has to be typed anew");
            assert_eq!(page.value("username").await?, USER, "the name hasn't");
            for id in ["username", "password"] {
                let invalid = page.element(id).await?.attr("aria-invalid").await?;
                assert_eq!(invalid.as_deref(), Some("true"), "#{id} is marked");
            }
            // The right one then clears all that.
            page.submit(USER, PASSWORD).await?;
            page.until_signed_in().await?;
            assert!(!page.is_shown("error").await?, "no error is shown");
            page.click("sign-out").await?;
            page.until_signed_out().await?;
        }
        Ok(())
    })
}

#[test]
fn a_single_sign_on_user_gets_a_link_at_lenses() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Lenses)?;
        page.choose(&world, "memory").await?;
        page.submit("sso", "whatever").await?;
        let error = page.until_error().await?;
        assert_eq!(error.code, "invalid-credentials");
        assert_eq!(error.happened, "That user name and password don’t match.");
        assert!(error.focused, "the focus is on the error");
        let links: Vec<[String; 3]> = page
            .evaluate(
                "return [...document.querySelectorAll('#error a')].map((a) => [a.innerText, a.href, a.rel])",
            )
            .await?;
        let sso_url = format!("{}/sso", world.address);
        let [link] = links.as_slice() else { panic!("one link, not {links:?}") };
        assert!(link[0].starts_with("Continue at localhost:"), "the host is shown: {:?}", link[0]);
        assert_eq!(link[1..], [sso_url, "noreferrer".to_owned()]);
        Ok(())
    })
}
